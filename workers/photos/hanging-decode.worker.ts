/** @file For tests: the decoders' thread with a decoder that hangs, in a loop that nothing but ending the thread can stop, for files that begin with "HANG". */
import { exposeService } from '../host/expose-service.ts';
import { DecodeService } from './decode-service.ts';

class HangingService extends DecodeService {
  override async draw(file: Blob): ReturnType<DecodeService['draw']> {
    if ((await file.slice(0, 4).text()) !== 'HANG') return super.draw(file);
    for (let count = 0; ; count = (count + 1) | 0) if (count === 0.5) throw new Error('a whole number is never a half');
  }
}

exposeService(new HangingService());
