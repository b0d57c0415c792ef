import type { HealthConfig } from '../../engine/containerConfig.ts';
import type { HealthCheck } from '../instructions/instruction.ts';

/** A health check as a config holds it. */
export function healthConfig(health: HealthCheck): HealthConfig {
  const times: readonly (readonly [keyof HealthConfig, number])[] = [
    ['Interval', Number(health.intervalNanoseconds)],
    ['Timeout', Number(health.timeoutNanoseconds)],
    ['StartPeriod', Number(health.startPeriodNanoseconds)],
    ['StartInterval', Number(health.startIntervalNanoseconds)],
    ['Retries', health.retries],
  ];
  return { Test: health.test, ...Object.fromEntries(times.filter(([, value]) => value !== 0)) };
}
