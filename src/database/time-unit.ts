/** What values of a DateTime or Date field are gathered by. A week begins on Monday, as ISO 8601 has it. */
export const timeUnits = ['day', 'week', 'month', 'quarter', 'year'] as const;
export type TimeUnit = (typeof timeUnits)[number];

/** @param day the first of a unit, as midnight in UTC. */
export function nextUnit(day: Date, unit: TimeUnit): Date {
  const [year, month, date] = [day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()];
  const next = new Date(day);
  if (unit === 'day' || unit === 'week') next.setUTCDate(date + (unit === 'day' ? 1 : 7));
  else next.setUTCFullYear(year, month + { month: 1, quarter: 3, year: 12 }[unit]);
  return next;
}
