/** @file The photos' thread. */
import { exposeService } from '../host/expose-service.ts';
import { WasmFaceFinder } from './face-finder.ts';
import { PhotoService } from './photo-service.ts';

exposeService(new PhotoService(new WasmFaceFinder()));
