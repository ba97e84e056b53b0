/** @file The photos' thread. */
import { exposeService } from '../host/expose-service.ts';
import { WasmPhotoLooker } from './photo-nets.ts';
import { PhotoService } from './photo-service.ts';

exposeService(new PhotoService(new WasmPhotoLooker()));
