/** @file The thread that fetches models. */
import { exposeService } from '../host/expose-service.ts';
import { ModelService } from './model-service.ts';

exposeService(new ModelService());
