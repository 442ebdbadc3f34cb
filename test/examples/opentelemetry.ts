import { type CommandTrace, channels } from '../../src/index.ts';
import type { Histogram, Span, Tracer } from './opentelemetry-api.ts';

const CLIENT = 2; // SpanKind.CLIENT
const ERROR = 2; // SpanStatusCode.ERROR

/** A span for each call, and how long it took as the metric `db.client.operation.duration`, in seconds. */
export function instrument(tracer: Tracer, duration: Histogram): void {
  const open = new WeakMap<CommandTrace, { span: Span; startedAt: number }>();
  const nothing = () => undefined;
  channels.command.subscribe({
    start(trace) {
      const span = tracer.startSpan(trace.command, { kind: CLIENT, attributes: trace.attributes });
      open.set(trace, { span, startedAt: performance.now() });
    },
    asyncEnd(trace) {
      const { span, startedAt } = open.get(trace) ?? {};
      if (span === undefined || startedAt === undefined) return;
      span.setAttributes(trace.attributes);
      if (trace.error !== undefined) span.setStatus({ code: ERROR, message: trace.error.message });
      span.end();
      // Of what a metric is counted by there should be few values.
      const labels = { ...trace.attributes, 'db.query.text': undefined, 'slotwire.slot': undefined };
      duration.record((performance.now() - startedAt) / 1000, labels);
    },
    end: nothing,
    asyncStart: nothing,
    error: nothing,
  });
}
