import { RabbitMQModule } from '@golevelup/nestjs-rabbitmq';
import type { DynamicModule } from '@nestjs/common';
import { type Config, rabbitmqUrl } from '../config/config';
import { CONFIG } from '../config/config.module';
import { Telemetry } from '../telemetry/telemetry';
import { type ConnectionName, connectionSettings, quietLogger } from './broker-connection';

/** A connection of golevelup's over which nothing is consumed. */
export function connectionWithoutHandlers(name: Exclude<ConnectionName, 'consume'>): DynamicModule {
  return RabbitMQModule.forRootAsync({
    useFactory: (config: Config, telemetry: Telemetry) => ({
      ...connectionSettings(
        name,
        rabbitmqUrl(config),
        quietLogger((text) => telemetry.log.debug(text)),
      ),
      registerHandlers: false,
    }),
    inject: [CONFIG, Telemetry],
  });
}
