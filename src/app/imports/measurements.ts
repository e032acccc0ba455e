import type { ObservationStatus } from '../../generated/model-types.ts';
import type { Random } from './random.ts';

/** One measurement, as a create takes it but for its site. */
export interface Measurement {
  readonly quantity: string;
  readonly value: string;
  readonly unit: string;
  readonly measuredAt: Date;
  readonly status: ObservationStatus;
  readonly details: object;
  readonly rawFrame?: Uint8Array;
  readonly serialNumber?: bigint;
  readonly internalNote?: string;
  readonly tags: readonly string[];
}

interface Quantity {
  /** As UCUM writes it. */
  readonly unit: string;
  readonly digits: number;
  /** What is usual, how far the seasons and how far chance take it. */
  readonly mean: number;
  readonly season: number;
  readonly spread: number;
  readonly low: number;
}

const quantities: Readonly<Record<string, Quantity>> = {
  'air temperature': { unit: 'Cel', digits: 1, mean: 15, season: 9, spread: 4, low: -30 },
  'water temperature': { unit: 'Cel', digits: 1, mean: 12, season: 6, spread: 1, low: -1 },
  'water level': { unit: 'm', digits: 2, mean: 2.1, season: -0.5, spread: 0.4, low: 0 },
  conductivity: { unit: 'uS/cm', digits: 0, mean: 900, season: 250, spread: 120, low: 50 },
  nitrate: { unit: 'mg/L', digits: 2, mean: 11.1, season: -3, spread: 2, low: 0 },
  pH: { unit: '[pH]', digits: 2, mean: 7.9, season: 0.2, spread: 0.15, low: 5 },
  'relative humidity': { unit: '%', digits: 0, mean: 62, season: -12, spread: 12, low: 8 },
  'particulate matter PM2.5': { unit: 'ug/m3', digits: 1, mean: 12, season: -4, spread: 6, low: 0.4 },
  'wind speed': { unit: 'm/s', digits: 1, mean: 4.5, season: -1, spread: 2.5, low: 0 },
  'noise level': { unit: 'dB', digits: 1, mean: 48, season: 3, spread: 7, low: 25 },
};

const dayMs = 86_400_000;
const instruments = ['HOBO U20L', 'Testo 480', 'YSI ProDSS', 'Davis 6152', 'SPS30', 'NTi XL2'] as const;
const skies = ['clear', 'cloudy', 'overcast', 'rain', 'fog'] as const;
const notes = [
  'Sensor was cleaned the day before; trust it.',
  'Battery low: ask the author for a second reading.',
  'Differs from the neighbouring site by more than usual.',
  'The author is new, check the first weeks closely.',
  'Complaint by the site owner, do not publish the photo.',
] as const;

/** What one site measures, from its survey's first day on: the newest are not reviewed yet. */
export function measurementsOf(
  site: { startsOn: string; quantities: readonly string[] },
  random: Random,
): Measurement[] {
  const first = Date.parse(`${site.startsOn}T00:00:00Z`);
  const offset = random.noise();
  const rounds = random.between(34, 42);
  return Array.from({ length: rounds }, (_, round) => {
    const measuredAt = first + round * 5 * dayMs + random.between(4 * 60, 20 * 60) * 60_000;
    return site.quantities.map((name) =>
      measure(name, { measuredAt: new Date(measuredAt), offset, age: rounds - round }, random),
    );
  }).flat();
}

function measure(
  name: string,
  { measuredAt, offset, age }: { measuredAt: Date; offset: number; age: number },
  random: Random,
): Measurement {
  const quantity = quantities[name];
  if (!quantity) throw new Error(`The survey sample measures "${name}", of which it knows nothing.`);
  const { unit, digits, mean, season, spread, low } = quantity;
  const summer = Math.sin(((measuredAt.getUTCMonth() - 3) / 12) * 2 * Math.PI);
  const isOutlier = random.chance(0.02);
  const value = Math.max(
    low,
    mean + season * summer + spread * (offset + random.noise()) + (isOutlier ? 4 * spread : 0),
  );
  const status = statusOf(age, isOutlier, random);
  const isReviewed = status === 'PUBLISHED' || status === 'REJECTED';
  return {
    quantity: name,
    value: value.toFixed(digits),
    unit,
    measuredAt,
    status,
    details: {
      instrument: random.pick(instruments),
      sky: random.pick(skies),
      batteryVolts: Number((3 + random.next()).toFixed(2)),
    },
    ...(random.chance(0.1) ? { rawFrame: frameOf(random) } : {}),
    // Some instruments count beyond what a JavaScript number holds.
    ...(random.chance(0.25) ? { serialNumber: 9_007_199_254_740_993n + BigInt(random.between(0, 1_000_000)) } : {}),
    ...(isReviewed && random.chance(0.1) ? { internalNote: random.pick(notes) } : {}),
    tags: tagsOf(name, value, measuredAt, isOutlier, random),
  };
}

function statusOf(age: number, isOutlier: boolean, random: Random): ObservationStatus {
  if (age <= 3) return 'DRAFT';
  if (age <= 7) return random.chance(0.8) ? 'SUBMITTED' : 'DRAFT';
  return random.chance(isOutlier ? 0.7 : 0.05) ? 'REJECTED' : 'PUBLISHED';
}

function tagsOf(name: string, value: number, measuredAt: Date, isOutlier: boolean, random: Random): string[] {
  const tags: string[] = [];
  if (isOutlier) tags.push('outlier');
  if (name === 'air temperature' && value > 30) tags.push('heatwave');
  if (name === 'water level' && value > 2.8) tags.push('flood');
  if (name === 'water level' && value < 1.2) tags.push('drought');
  if (name === 'wind speed' && value > 8) tags.push('storm');
  if (measuredAt.getUTCHours() < 5) tags.push('night');
  if (random.chance(0.03)) tags.push('calibration');
  return tags;
}

/** A start byte, a length, a payload and a sum, as instruments send them. */
function frameOf(random: Random): Uint8Array {
  const payload = Array.from({ length: random.between(6, 14) }, () => random.between(0, 255));
  const sum = payload.reduce((total, byte) => (total + byte) & 0xff, 0);
  return Uint8Array.from([0x7e, payload.length, ...payload, sum]);
}

export const remarks = [
  'Looks right to me.',
  'Two degrees above the station next door, is the sensor in the sun?',
  'I was there an hour later and read nearly the same.',
  'Please attach the photo of the gauge.',
  'The instrument was calibrated in March.',
  'High because of the rain in the night before.',
  'Could you measure again next week?',
  'Thanks, this fills the gap of last month.',
] as const;
