import { Controller, Get, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { type HttpApp, startHttpApp } from '../../test/support/http-app';
import { ERROR_STATUS } from './api-error';
import { ApiErrors } from './error-response';
import { openApiDocument } from './openapi';

@Controller('things')
class ThingsController {
  @Get()
  @ApiQuery({ name: 'limit', example: 5, schema: { type: 'integer' } })
  @ApiOkResponse({ schema: { type: 'object' } })
  @ApiErrors(400, 401, 403, 404, 413, 415, 429, 500, 503)
  list(@Query('limit') limit: string): object {
    return { limit };
  }

  @Post()
  @ApiResponse({ status: 201, type: Object }) // as the build adds it
  @ApiOkResponse({ description: 'Taken.', schema: { type: 'object' } })
  take(): object {
    return {};
  }
}

let app: HttpApp;
beforeAll(async () => {
  app = await startHttpApp([ThingsController], { API_TOKEN: 'secret-token' });
});
afterAll(() => app.close());

describe('/docs', () => {
  it.each(['/docs', '/docs/'])('%s is a page whose every file is there, without a token', async (path) => {
    const page = await fetch(app.url + path);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await page.text();
    expect(html).toContain('<title>Logwarren API</title>');
    const files = [...html.matchAll(/(?:src|href)=["'](\.[^"']+)["']/g)].map(([, file]) => file ?? '');
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect([file, (await fetch(new URL(file, page.url))).status]).toEqual([file, 200]);
  });

  it('has no script in the page, which its policy would refuse', async () => {
    const html = await (await fetch(`${app.url}/docs`)).text();
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(html).not.toMatch(/\son(click|load|error)=/);
  });
});

describe('/docs-json', () => {
  it('is the document of the routes, in JSON alone', async () => {
    const response = await fetch(`${app.url}/docs-json`);
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(openApiDocument(app.app))));
    expect((await fetch(`${app.url}/docs-yaml`, { headers: { authorization: 'Bearer secret-token' } })).status).toBe(
      404,
    );
  });

  it('says how to begin, where, and that a token may be needed', () => {
    const document = openApiDocument(app.app);
    expect(document.info.description).toContain('curl');
    expect(document.servers).toEqual([{ url: '/', description: 'This deployment' }]);
    expect(document.security).toEqual([{}, { bearer: [] }]);
    expect(document.components?.securitySchemes).toHaveProperty('bearer.scheme', 'bearer');
  });

  it('has every error answer with its schema and an example of its status', () => {
    const responses = openApiDocument(app.app).paths['/things']?.get?.responses ?? {};
    const errors = Object.entries(responses).filter(([status]) => status !== '200');
    expect(errors.map(([status]) => Number(status))).toEqual([...new Set(Object.values(ERROR_STATUS))].sort());
    for (const [status, response] of errors) {
      expect(response).toMatchObject({
        description: expect.stringMatching(/\.$/),
        content: {
          'application/json': {
            schema: { $ref: '#/components/schemas/ErrorResponse' },
            example: { statusCode: Number(status), code: expect.any(String), message: expect.any(String) },
          },
        },
      });
    }
    expect(responses['429']).toHaveProperty('headers.Retry-After');
    expect(responses['503']).toHaveProperty('headers.Retry-After');
  });

  it('leaves out an answer that the build guessed', () => {
    expect(Object.keys(openApiDocument(app.app).paths['/things']?.post?.responses ?? {})).toEqual(['200']);
  });

  it('names operations after what they are', () => {
    const document = openApiDocument(app.app);
    expect(document.paths['/things']?.get?.operationId).toBe('thingsList');
    expect(document.paths['/health/live']?.get?.operationId).toBe('healthLive');
  });
});
