/** The arithmetic of axes. */

const STEPS = [1, 2, 2.5, 5, 10];

/** Returns round ticks from at or below the least value to at or above the greatest; 0 is among them. */
export function ticks(values, wanted = 4) {
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const step = niceStep((high - low || wanted) / wanted, values.every(Number.isInteger));
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, n) => tidy((first + n) * step));
}

/** Returns a function from a value to a place between two ends. */
export function linear(from, to, start, end) {
  return (value) => start + ((value - from) / (to - from)) * (end - start);
}

/** Writes a number as short as an axis wants it: 12.5K. */
export function short(value) {
  return new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** Writes a number whole. */
export function whole(value) {
  return new Intl.NumberFormat().format(value);
}

/** Returns every how many-th label is written, so that none runs into the next. */
export function labelStride(labels, room) {
  const widest = Math.max(...labels.map((label) => label.length)) * 6.6 + 10;
  return Math.max(1, Math.ceil((widest * labels.length) / room));
}

/** Rounds a step up; between whole numbers no tick is a fraction. */
function niceStep(rough, inWholes) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = STEPS.map((step) => step * power).filter((step) => !inWholes || Number.isInteger(step));
  return steps.find((step) => step >= rough * 0.999) ?? 1;
}

function tidy(value) {
  return Number(value.toPrecision(12));
}
