/** @file One request to a model's host: no cookies, no referrer, nothing of the person; and what went wrong, in our terms. */
import { AppError } from '#models/errors/app-error.ts';
import { hostOf } from './addresses.ts';

/** Origins that this site's own policy refused, as the browser told. */
const refused = new Set<string>();
self.addEventListener('securitypolicyviolation', (event) => {
  const { effectiveDirective, blockedURI } = event as SecurityPolicyViolationEvent;
  if (effectiveDirective === 'connect-src' && URL.canParse(blockedURI)) refused.add(new URL(blockedURI).origin);
});

/**
 * Asks a host.
 *
 * @throws {AppError} address-refused, if this site's policy does not allow the host; download-failed, if it cannot be reached; cancelled
 */
export async function ask(
  address: string,
  request: { readonly method?: 'GET' | 'HEAD'; readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal },
): Promise<Response> {
  try {
    // no-store: the files go into our own storage; the browser's cache would hold them a second time.
    return await fetch(address, { ...request, credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' });
  } catch (cause) {
    if (request.signal.aborted) throw cancelled();
    await new Promise((resolve) => setTimeout(resolve, 0)); // The browser tells of the refusal a task later.
    if (refused.delete(new URL(address).origin)) {
      throw new AppError('address-refused', {
        message: `the security policy of this site does not allow requests to ${hostOf(address)}`,
        help: 'Whoever runs this site can add the host to MODEL_ORIGINS. Or load the files with another program and choose the folder here.',
        cause,
      });
    }
    throw dropped(address, cause);
  }
}

/** The error for an answer that is no success. */
export function statusError(status: number, address: string): AppError {
  if (status === 404 || status === 410)
    return new AppError('model-file-missing', { message: `${hostOf(address)} has no file at ${address}`, help: 'Check the address of the model.' });
  const reason = status === 401 || status === 403 ? 'asks for a login, which this app does not have' : `answered with status ${status}`;
  return new AppError('download-failed', {
    message: `${hostOf(address)} ${reason}`,
    help: 'Try again later, or another source.',
    retryable: status === 429 || status >= 500,
  });
}

/** The line broke, or never was. */
export function dropped(address: string, cause: unknown): AppError {
  return new AppError('download-failed', {
    message: `${hostOf(address)} could not be reached, or the line dropped`,
    help: 'Go on when the network is back: what is here stays.',
    retryable: true,
    cause,
  });
}

export function cancelled(): AppError {
  return new AppError('cancelled', { message: 'the download was stopped' });
}
