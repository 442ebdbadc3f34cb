import { type Command, CommandState } from './command.ts';

/** What happens to a command whose connection was lost. */
export type Fate =
  /** No byte of it was handed over: it goes out again, whatever it is. */
  | 'resend'
  /** It may have run, and running it twice does no harm: it goes out again. */
  | 'retry'
  /** It may have run: its caller is told so (`wasSent: true`), and it is never sent twice. */
  | 'reject';

/**
 * Decides what happens to a command after its connection was lost.
 *
 * Harmless is only what the server's own table flags readonly: "not a write" is not enough, since PUBLISH and EVAL are
 * neither.
 */
export function fateAfterLoss(command: Command): Fate {
  if (command.state !== CommandState.Written) return 'resend';
  switch (command.retry) {
    case 'always':
      return 'retry';
    case 'safe':
      return command.info?.isReadonly === true ? 'retry' : 'reject';
    case 'never':
      return 'reject';
  }
}
