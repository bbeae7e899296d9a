/** Real usage: flights within the US in January to March 2001, from the npm package vega-datasets. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export interface Flight {
  readonly id: string;
  /** The airport of origin: the customer. */
  readonly origin: string;
  readonly destination: string;
  /** RFC 3339; the file's local times are taken as UTC. */
  readonly time: string;
  readonly distance: number;
  readonly delay: number;
}

interface FlightRecord {
  readonly date: string;
  readonly delay: number;
  readonly distance: number;
  readonly origin: string;
  readonly destination: string;
}

export async function loadFlights(): Promise<Flight[]> {
  const path = fileURLToPath(
    new URL('../../../node_modules/vega-datasets/data/flights-20k.json', import.meta.url),
  );
  const records = JSON.parse(await readFile(path, 'utf8')) as FlightRecord[];
  return records.map(({ date, ...flight }, index) => ({
    ...flight,
    id: `flight-${String(index)}`,
    time: `${date.replaceAll('/', '-').replace(' ', 'T')}:00Z`,
  }));
}

/** A flight as a CloudEvent. */
export function flightEvent(flight: Flight) {
  return {
    specversion: '1.0',
    id: flight.id,
    source: 'flights-2001',
    type: 'flight',
    subject: flight.origin,
    time: flight.time,
    data: { distance: flight.distance, delay: flight.delay, destination: flight.destination },
  };
}
