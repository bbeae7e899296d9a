/** A real Chromium for tests of pages: Debian's, or the one that CHROMIUM names. */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const usualPaths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const path = [process.env['CHROMIUM'], ...usualPaths].find(
  (candidate) => candidate !== undefined && candidate !== '' && existsSync(candidate),
);

/** False where there is none, which is said loudly; with REQUIRE_CHROMIUM=1 that is a failure. */
export function hasChromium(): boolean {
  if (path !== undefined) return true;
  const message =
    'NO CHROMIUM: the pay page was not tried in a browser. `apt-get install chromium`, or set CHROMIUM to its path.';
  if (process.env['REQUIRE_CHROMIUM'] === '1') throw new Error(message);
  process.stderr.write(`\n${message}\n\n`);
  return false;
}

export function startChromium(): Promise<Browser> {
  if (path === undefined) throw new Error('there is no Chromium');
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
