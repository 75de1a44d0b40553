import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

const DESCRIPTION = `Send logs in, find them again.

**First steps**, from a shell:

\`\`\`sh
# send a line; "accepted" means that it will be stored, whatever crashes meanwhile
printf '%s checkout error card 42 declined\\n' "$(date -u +%FT%TZ)" \\
  | curl --data-binary @- http://127.0.0.1:3000/ingest

# find it, newest first
curl 'http://127.0.0.1:3000/api/v1/logs?service=checkout&minSeverity=warn&from=1h&q=declined'
\`\`\`

- Times are ISO 8601 (without a zone: UTC) or relative: \`15m\`, \`2h\`, \`7d\` ago. Answers have microseconds and \`Z\`.
- Values of one parameter are alternatives; different parameters must all hold. Unknown parameters are refused.
- \`nextCursor\` leads to the next page; null is the end, and the only sign of it. Ids and cursors are opaque.
- Every error is \`{statusCode, code, message, details?}\`; 429 and 503 say with \`Retry-After\` when to try again.
- Where \`API_TOKEN\` is set, send \`Authorization: Bearer <token>\`; here: the button *Authorize*.`;

const TAGS = {
  logs: 'Find records.',
  ingest: 'Send records in.',
  'dead letters': 'What could not be understood or stored, with the reason and its bytes.',
  retention: 'What has expired and was removed, and what will be.',
  alerts: 'Services with too many errors or warnings, now and in the past.',
  operations: 'Health and metrics of this process.',
} as const;

/** Commands as people know them, in place of bold purple; no bar with the logo of Swagger. */
const STYLE = `
  .swagger-ui .topbar { display: none }
  .swagger-ui .info { margin: 24px 0 16px }
  .swagger-ui .renderedMarkdown code { color: #3b4151; font-weight: 500 }
  .swagger-ui .info .renderedMarkdown pre { background: #1f2430; border-radius: 4px; padding: 12px 16px }
  .swagger-ui .info .renderedMarkdown pre code { background: none; color: #e6e8ee; font-weight: 400; padding: 0 }`;

/** The OpenAPI document of the routes that this application has, which depend on its roles. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Logwarren')
    .setDescription(DESCRIPTION)
    .setVersion('1')
    .addServer('/', 'This deployment')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'The API_TOKEN of this deployment, where it has one.',
    });
  for (const [name, description] of Object.entries(TAGS)) builder.addTag(name, description);
  const { paths, ...document } = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory,
    autoTagControllers: false,
  });
  // The empty alternative says that the token is wanted only where a deployment has one.
  return { ...document, paths: withoutGuesses(paths), security: [{}, { bearer: [] }] };
}

/**
 * For a route that sets its status by hand the build guesses another answer (201 of a POST), without a description. Every
 * answer of ours has one.
 */
function withoutGuesses(paths: OpenAPIObject['paths']): OpenAPIObject['paths'] {
  for (const { get, post } of Object.values(paths)) {
    for (const { responses } of [get, post].filter((operation) => operation !== undefined)) {
      for (const [status, response] of Object.entries(responses)) {
        const isGuess = response !== undefined && 'description' in response && response.description === '';
        if (isGuess && Object.keys(responses).length > 1) delete responses[status];
      }
    }
  }
  return paths;
}

/** `LogsController.find` becomes `logsFind`: generated clients make their names of it. */
function operationIdFactory(controller: string, method: string): string {
  const noun = controller.replace(/Controller$/, '');
  return noun.charAt(0).toLowerCase() + noun.slice(1) + method.charAt(0).toUpperCase() + method.slice(1);
}

/** Serves Swagger UI at `/docs` and the document at `/docs-json`; it is made when first asked for. */
export function serveDocs(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    raw: ['json'],
    customSiteTitle: 'Logwarren API',
    customCss: STYLE,
    swaggerOptions: {
      tryItOutEnabled: true,
      displayRequestDuration: true,
      validatorUrl: null,
      docExpansion: 'list',
      defaultModelsExpandDepth: 0,
    },
  });
}
