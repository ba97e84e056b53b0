/** @file Offers a service to the page. Errors leave as data, because comlink itself drops code, help and retryable. */
import { expose, type Endpoint } from 'comlink';
import { encodeError } from '#models/errors/error-codec.ts';

/**
 * Answers calls of `service`'s methods from the other side of `endpoint`.
 *
 * A method that throws or rejects throws an `EncodedError` there; `decodeError` makes it an `AppError` again.
 *
 * @param endpoint default: this worker's own scope
 */
export function exposeService(service: object, endpoint?: Endpoint): void {
  expose(withEncodedErrors(service), endpoint);
}

/** The same service, with every method's error encoded. */
export function withEncodedErrors<T extends object>(service: T): T {
  return new Proxy(service, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key, target);
      if (typeof member !== 'function') return member;
      return async (...args: unknown[]): Promise<unknown> => {
        try {
          return await (Reflect.apply(member, target, args) as unknown);
        } catch (error) {
          throw encodeError(error);
        }
      };
    },
  });
}
