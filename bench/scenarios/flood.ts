import type { Section } from '../report';
export const floodSection = async (): Promise<Section> => {
  throw new Error('x');
};
