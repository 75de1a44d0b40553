import { Binary, Double, Long } from 'bson';

/*
 * What mongod 6 answers, as data: the embedded server's functions are tried on it without a server, and every server is
 * tried on it through its wire. A plain whole number stands for an int.
 */

export type Document = Record<string, unknown>;
export const double = (value: number) => new Double(value);
export const long = (value: number | string) => Long.fromString(String(value));
export const bytes = (...values: number[]) => new Binary(Uint8Array.from(values));
