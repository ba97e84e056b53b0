/** @file The engine's thread. */
import { exposeService } from '../host/expose-service.ts';
import { EngineService } from './engine-service.ts';

exposeService(new EngineService());
