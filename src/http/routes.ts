import type { Application, NextFunction, Request, RequestHandler, Response } from 'express';

/** The methods that have a route for this path, in capitals; none for an unknown path. */
function methodsOf(express: Application, path: string): string[] {
  const layers = express.router.stack.filter((layer) => layer.route !== undefined && matches(layer, path));
  const methods = layers.flatMap((layer) => layer.route?.stack.map(({ method }) => method.toUpperCase()) ?? []);
  if (methods.includes('GET')) methods.push('HEAD');
  return [...new Set(methods)].sort();
}

/** A path that cannot be decoded matches nothing; the router says so by throwing. */
function matches(layer: object, path: string): boolean {
  try {
    return isMatcher(layer) && layer.match(path);
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

/** The types of Express do not have what its layers are asked by. */
function isMatcher(layer: object): layer is { match(path: string): boolean } {
  return 'match' in layer && typeof layer.match === 'function';
}

/**
 * Tells which methods a path has: answers OPTIONS (those that CORS did not answer already) with 204 and `Allow`, and puts
 * `Allow` on what will be a 404 because the method is another.
 */
export function tellMethods(express: Application): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const methods = methodsOf(express, request.path);
    if (methods.length === 0 || methods.includes(request.method)) return next();
    response.setHeader('Allow', [...methods, 'OPTIONS'].join(', '));
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  };
}
