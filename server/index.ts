/** @file Starts the server and prints its address. */
import { serve } from '@hono/node-server';
import { isAppError } from '#models/errors/app-error.ts';
import { createApp } from './app.ts';
import { readEnvironment } from './env.ts';
import { readSite } from './site-files.ts';

try {
  const { host, port, siteFolder, modelOrigins } = readEnvironment(process.env);
  const server = serve({ fetch: createApp(readSite(siteFolder), modelOrigins).fetch, hostname: host, port }, (address) => {
    // Browsers grant shared memory to https and to localhost; 127.0.0.1 counts as local too.
    console.log(`Likeness is at http://${host === '0.0.0.0' || host === '127.0.0.1' ? 'localhost' : host}:${address.port}/`);
  });
  server.on('error', (error: NodeJS.ErrnoException) => {
    console.error(error.code === 'EADDRINUSE' ? `Port ${port} is taken. Choose another: PORT=4174 npm start` : error.message);
    process.exitCode = 1;
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => server.close(() => process.exit(0)));
} catch (error) {
  if (!isAppError(error)) throw error;
  console.error(`${error.message}. ${error.help ?? ''}`);
  process.exitCode = 1;
}
