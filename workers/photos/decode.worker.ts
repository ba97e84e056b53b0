/** @file The decoders' thread, started and ended by the photos' thread. */
import { exposeService } from '../host/expose-service.ts';
import { DecodeService } from './decode-service.ts';

exposeService(new DecodeService());
