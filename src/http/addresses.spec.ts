import { type Role, ROLES } from '../config/roles';
import { addressesOf } from './addresses';

describe('addressesOf', () => {
  it.each<[readonly Role[], string[]]>([
    [['source'], ['ingest', 'docs', 'ready', 'metrics']],
    [['search'], ['search', 'docs', 'ready', 'metrics']],
    [['collector'], ['docs', 'ready', 'metrics']],
    [ROLES, ['ingest', 'search', 'docs', 'ready', 'metrics']],
  ])('%j: %j', (roles, uses) => {
    const addresses = addressesOf('http://127.0.0.1:3000', roles);
    expect(Object.keys(addresses)).toEqual(uses);
    expect(addresses['docs']).toBe('http://127.0.0.1:3000/docs');
  });
});
