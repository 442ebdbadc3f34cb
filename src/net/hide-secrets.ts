import { Buffer } from 'node:buffer';
import { type CommandInfo, secretArguments } from '../commands/index.ts';
import { ErrorReply } from '../errors.ts';
import type { Argument } from '../resp/index.ts';

const HIDDEN = '***';

/**
 * The same error reply without the passwords that its command was given: servers repeat arguments in their errors, `ACL
 * SETUSER` those that it does not like, and all of a command that was renamed away the first bytes of each.
 */
export function withoutSecrets(
  reply: ErrorReply,
  command: { info: CommandInfo | undefined; args: readonly Argument[] },
): ErrorReply {
  const secrets = secretArguments(command.info, command.args);
  if (secrets.length === 0) return reply;
  let { message } = reply;
  for (const secret of secrets) {
    const text = typeof secret === 'object' ? Buffer.from(secret).toString() : String(secret);
    if (text !== '') message = message.replaceAll(text, HIDDEN);
  }
  // What is repeated here is cut somewhere, so that it need not be the whole secret.
  return new ErrorReply(message.replace(/(?<=with args beginning with:).*$/s, ` ${HIDDEN}`));
}
