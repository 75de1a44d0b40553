import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Application } from 'express';
import type { Config } from '../config/config';
import { HttpEvents } from '../telemetry/http-events';
import { requireToken } from './api-token';
import { corsOptions } from './cors';
import { serveDocs } from './openapi';
import { refuseOtherSites } from './other-sites';
import { parseQueryString } from './query-string';
import { timeRequests } from './request-timer';
import { tellMethods } from './routes';
import { securityHeaders } from './security-headers';

/**
 * The rules of HTTP that are not Nest's: call it before `app.init()`, on an app made with `bodyParser: false` whose
 * modules include HttpModule. Order matters: CORS before what refuses, so that a page can read why; that before all
 * that answers.
 */
export function configureApp(app: NestExpressApplication, config: Config): void {
  const express: Application = app.getHttpAdapter().getInstance();
  express.disable('x-powered-by');
  express.disable('etag'); // a digest of every page of logs, of which no two are alike
  express.set('query parser', parseQueryString);
  app.use(timeRequests(app.get(HttpEvents)));
  app.use(securityHeaders);
  const cors = corsOptions(config.http.corsOrigins);
  if (cors !== undefined) app.enableCors(cors);
  app.use(refuseOtherSites(config.http.corsOrigins));
  if (config.http.apiToken !== null) app.use(requireToken(config.http.apiToken));
  app.use(tellMethods(express));
  serveDocs(app);
}
