import { expect, test } from 'vitest';
import { AppError } from './app-error.ts';
import { decodeError, encodeError } from './error-codec.ts';

test('code, message, help and retryable survive a structured clone', () => {
  const error = new AppError('device-lost', { message: 'the device went away', help: 'Start again.', retryable: true });
  const decoded = decodeError(structuredClone(encodeError(error)));
  expect(decoded).toBeInstanceOf(AppError);
  expect([decoded.code, decoded.message, decoded.help, decoded.retryable]).toEqual(['device-lost', 'the device went away', 'Start again.', true]);
});

test('an error of another kind becomes internal and keeps its message', () => {
  expect(encodeError(new TypeError('x is not a function'))).toEqual({ code: 'internal', message: 'x is not a function', help: null, retryable: false });
});

test('an aborted signal is a cancellation', () => {
  const controller = new AbortController();
  controller.abort();
  expect(encodeError(controller.signal.reason).code).toBe('cancelled');
});

test('a code from a newer build is internal, not a code that nothing handles', () => {
  expect(decodeError({ code: 'not-yet-invented', message: 'm', help: null, retryable: false }).code).toBe('internal');
});

test('decoding what is already an AppError gives the same object', () => {
  const error = new AppError('usage', { message: 'm' });
  expect(decodeError(error)).toBe(error);
});
