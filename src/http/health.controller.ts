import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import type { Config } from '../config/config';
import { CONFIG } from '../config/config.module';
import { ROLES, type Role } from '../config/roles';
import { Readiness } from '../telemetry/readiness';
import { ApiErrors } from './error-response';
import { notReady } from './ready-answer';

export class LiveResponse {
  @ApiProperty({ enum: ['live'], example: 'live' })
  status: 'live';
}

export class ReadyResponse {
  @ApiProperty({ enum: ['ready'], example: 'ready' })
  status: 'ready';

  @ApiProperty({ description: 'What this process is.', enum: ROLES, isArray: true, example: ['search'] })
  roles: readonly Role[];

  @ApiProperty({
    description: 'The parts that were asked; each was there.',
    type: [String],
    example: ['broker', 'store'],
  })
  parts: readonly string[];
}

/** For whoever runs the process: is it sane (restart it if not), and can it work (send it requests if so). No token. */
@ApiTags('operations')
@Controller('health')
export class HealthController {
  constructor(
    private readonly readiness: Readiness,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('live')
  @ApiOperation({
    summary: 'Whether the process is alive',
    description: 'Answers as long as the process does. Needs no token.',
    security: [],
  })
  @ApiOkResponse({ description: 'It is.', type: LiveResponse })
  live(): LiveResponse {
    return { status: 'live' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Whether the process can do its work',
    description:
      'Asks broker, store and consumers of its roles; 503 names each part that is missing, or says that the process stops. Needs no token.',
    security: [],
  })
  @ApiOkResponse({ description: 'All parts are there.', type: ReadyResponse })
  @ApiErrors(503)
  async ready(): Promise<ReadyResponse> {
    const report = await this.readiness.check();
    if (!report.ready) throw notReady(report);
    return { status: 'ready', roles: this.config.process.roles, parts: Object.keys(report.parts) };
  }
}
