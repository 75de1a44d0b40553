import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString } from 'class-validator';
import { examples } from '../../../http/parameter-examples';
import { SEVERITIES } from '../../../log/severity';

/** What a request to `/ingest` says of records that do not say it themselves. */
export class IngestQuery {
  @ApiPropertyOptional({
    description: 'Service of records that name none. Also as the header `X-Service`.',
    examples: examples('', 'shop'),
  })
  @IsOptional()
  @IsString()
  service?: string;

  @ApiPropertyOptional({
    description: `Severity of records that name none: ${SEVERITIES.join(', ')}, or an alias. Also as the header \`X-Severity\`.`,
    examples: examples('', 'info'),
  })
  @IsOptional()
  @IsString()
  severity?: string;
}
