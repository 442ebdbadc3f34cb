// The decoder of @redis/client, and that of ioredis, which comes from it: as their clients use them unless told otherwise.
import { sayValue } from 'slotwire/conformance';

export function callbackDecoder(Decoder) {
  return (say) =>
    new Decoder({
      onReply: (reply) => say(sayValue(reply)),
      onErrorReply: (error) => say(sayValue(error)),
      onPush: (push) => say(['>', sayValue(push)[1]]),
      getTypeMapping: () => ({}),
    });
}
