import type { Severity } from '../src/log/severity';
import { between, hexDigits, oneOf, type Random } from './random';

const PATHS = ['/cart', '/cart/items', '/checkout', '/products', '/products/search', '/account', '/account/orders'];
const METHODS = ['GET', 'GET', 'GET', 'POST', 'PUT'];
const TABLES = ['orders', 'customers', 'stock_levels', 'payments', 'sessions'];
const REGIONS = ['eu-west-1', 'eu-central-1', 'us-east-1'];

const address = (r: Random): string => `10.${between(r, 0, 31)}.${between(r, 0, 255)}.${between(r, 1, 254)}`;
const milliseconds = (r: Random): string => (r() * r() * 900 + 0.4).toFixed(1);

/** What the services say: real logs' mixture of fixed words and things that differ each time, 120 bytes on average. */
type Template = (random: Random) => string;

const EVERYDAY: readonly Template[] = [
  (r) =>
    `request completed method=${oneOf(r, METHODS)} path=${oneOf(r, PATHS)} status=200 duration_ms=${milliseconds(r)} ` +
    `client=${address(r)} bytes=${between(r, 180, 48_000)} request_id=${hexDigits(r, 12)}`,
  (r) =>
    `query on ${oneOf(r, TABLES)} returned ${between(r, 0, 250)} rows in ${milliseconds(r)} ms (pool ${between(r, 1, 20)}/20, ` +
    `waited 0 ms) for request ${hexDigits(r, 12)} in ${oneOf(r, REGIONS)}`,
  (r) =>
    `order ${between(r, 100_000, 999_999)} of customer ${between(r, 1, 90_000)} accepted: ${between(r, 1, 9)} items, ` +
    `total ${(r() * 400 + 3).toFixed(2)} EUR, shipping from ${oneOf(r, REGIONS)}, trace ${hexDigits(r, 16)}`,
  (r) =>
    `cache ${oneOf(r, ['hit', 'hit', 'miss'])} for key product:${between(r, 1, 40_000)}:${oneOf(r, ['price', 'stock', 'page'])} ` +
    `after ${milliseconds(r)} ms, ttl ${between(r, 1, 600)} s, node cache-${between(r, 1, 6)}, request ${hexDigits(r, 12)}`,
];

const TROUBLE: readonly Template[] = [
  (r) =>
    `upstream payment-gateway answered ${oneOf(r, [500, 502, 503])} after ${between(r, 900, 30_000)} ms, attempt ` +
    `${between(r, 1, 5)} of 5, order ${between(r, 100_000, 999_999)}, client ${address(r)}, trace ${hexDigits(r, 16)}`,
  (r) =>
    `connection to database replica ${address(r)}:5432 lost: read ECONNRESET; ${between(r, 0, 40)} queries are tried ` +
    `again on ${oneOf(r, REGIONS)}, request ${hexDigits(r, 12)}`,
  (r) =>
    `slow request: ${oneOf(r, METHODS)} ${oneOf(r, PATHS)} took ${between(r, 2_000, 15_000)} ms where 2000 ms are allowed, ` +
    `customer ${between(r, 1, 90_000)}, client ${address(r)}, request ${hexDigits(r, 12)}`,
];

/** The body of a record of this severity. */
export function messageOf(severity: Severity, random: Random): string {
  return oneOf(random, severity === 'error' || severity === 'warn' ? TROUBLE : EVERYDAY)(random);
}
