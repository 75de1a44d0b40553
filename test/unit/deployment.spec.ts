import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '../../src/config/config';

const read = (path: string): string => readFileSync(join(__dirname, '../..', path), 'utf8');
const names = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1]);
const known = Object.values(VARIABLES).flatMap((group) => Object.values(group).map(({ name }) => name));

describe('the variables that the deployment files name', () => {
  it.each([
    ['.env.example', /^#?([A-Z_]+)=/gm],
    ['docker-compose.yml', /^ +([A-Z_]+): /gm],
    ['scripts/start.sh', /^export ([A-Z_]+)=/gm],
  ])('%s: are the ones that the program reads', (path, pattern) => {
    const ofTheServers = /^RABBITMQ_(DEFAULT_(USER|PASS)|PASSWORD)$/; // RabbitMQ's own image
    const named = names(read(path), pattern).filter((name) => !ofTheServers.test(name));
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  it('name each role once, as a service of one image', () => {
    const roles = names(read('docker-compose.yml'), /^ +ROLE: (\w+)$/gm);
    expect(roles.sort()).toEqual(['collector', 'monitoring', 'retention', 'search', 'source']);
  });
});
