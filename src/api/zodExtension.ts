/** Gives zod its `.openapi()`: to be imported before any schema is made. */
import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';

extendZodWithOpenApi(z);
