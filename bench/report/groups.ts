/** Loads that are told together: the points of a curve, or bars side by side. */
export const Group = {
  callers: 'GET, over the number of callers',
  setCallers: 'SET, over the number of callers',
  others: 'Other commands',
  batches: 'Batches of 100',
  getSize: 'GET as strings, over the size of the value',
  bytesSize: 'GET as bytes, over the size of the value',
  setSize: 'SET, over the size of the value',
  forms: 'Strings and bytes, RESP2 and RESP3',
  primaries: 'GET, over the number of primaries',
  open: 'GET at fixed rates',
} as const;
export type Group = (typeof Group)[keyof typeof Group];
