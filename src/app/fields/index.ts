import type { Extension } from '../../graphql/build-api.ts';
import { addCityCoordinates } from './city-coordinates.ts';
import { addLatestObservations } from './latest-observations.ts';
import { addSubmitObservation } from './submit-observation.ts';

/** Hand-written fields, beside the derived ones. */
export const extensions: readonly Extension[] = [addCityCoordinates, addLatestObservations, addSubmitObservation];
