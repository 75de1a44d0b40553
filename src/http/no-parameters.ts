import { type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import type { Request } from 'express';
import { InvalidParameters } from './invalid-parameters';

const nothing: CanActivate = {
  canActivate(context: ExecutionContext): boolean {
    const sent = Object.entries(context.switchToHttp().getRequest<Request>().query);
    if (sent.length === 0) return true;
    const wrong = sent.map(([parameter, given]) => ({ parameter, given, allowed: 'no parameters at all' }));
    throw new InvalidParameters(wrong);
  },
};

/** A route without query parameters: whatever is sent is refused as unknown, as routes with a class for them do. */
export function NoParameters(): MethodDecorator & ClassDecorator {
  return UseGuards(nothing);
}
