/** Refuses texts that Postgres cannot keep, wherever they stand in a request, before anything is read by them. */
import { GraphQLError, Kind, visit, type ExecutionArgs } from 'graphql';
import type { Plugin } from 'graphql-yoga';

export function refuseTexts(): Plugin {
  return {
    onExecute({ args, setResultAndStopExecution }) {
      const { document, variableValues } = args as ExecutionArgs;
      let storable = isStorable(variableValues);
      visit(document, {
        [Kind.STRING]({ value }) {
          storable &&= isStorable(value);
        },
      });
      if (storable) return;
      setResultAndStopExecution({
        errors: [
          new GraphQLError(
            'A text has a character U+0000, or half of a surrogate pair: neither can be kept. Leave it out.',
            { extensions: { code: 'TEXT_INVALID' } },
          ),
        ],
      });
    },
  };
}

/** Names of fields too, as a JSON value may have any. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed();
  if (value === null || typeof value !== 'object') return true;
  return Object.entries(value).every(([name, part]) => isStorable(name) && isStorable(part));
}
