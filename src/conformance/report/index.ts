/** Reports: a run as data, and everything that is made of it. */
export { applyBaseline, type Change, compareReports, formatBaseline, parseBaseline } from './compare.ts';
export { heatStrip } from './heat-strip.ts';
export { toHtml } from './html.ts';
export { toJUnit } from './junit.ts';
export { toMarkdown } from './markdown.ts';
export {
  describeStep,
  type ExpectedAnswer,
  formatReport,
  isFailure,
  makeReport,
  REPORT_VERSION,
  type Report,
  type ReportCase,
  type ReportWireEvent,
  summaryLine,
  type WireChoice,
} from './report.ts';
export { toTap } from './tap.ts';
export { type TerminalOptions, toTerminal } from './terminal.ts';
