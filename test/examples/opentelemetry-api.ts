/** As much of `@opentelemetry/api` as the example in docs/observability.md uses. */

export interface Span {
  setAttributes(attributes: { [name: string]: string | number | undefined }): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

export interface Tracer {
  startSpan(name: string, options: { kind: number; attributes: { [name: string]: string | number } }): Span;
}

export interface Histogram {
  record(value: number, attributes: { [name: string]: string | number | undefined }): void;
}
