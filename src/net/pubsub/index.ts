/** Publish and subscribe: topics, subscriber connections, and what a subscription delivers. */
export type { Gap, Message, Payload, PubSubEvent, PubSubForm } from './messages.ts';
export { OneServer } from './one-server.ts';
export { SUBSCRIBE_DEFAULTS, type SubscribeHandlers, type SubscribeOptions } from './options.ts';
export { PubSub, type PubSubStats, type SubscriberRouter } from './pub-sub.ts';
export { Subscriber } from './subscriber.ts';
export { Subscription } from './subscription.ts';
export { Topic, type TopicKind, type TopicName } from './topic.ts';
