/** @file Every error code, once. A sentence for people is demanded for each of them by the type of `error-messages`. */

/** Code -> what it means for the engineer who meets it. */
export const errorCodes = {
  'shape-mismatch': 'two tensors or values have shapes that do not go together',
  'graph-invalid': 'a graph breaks a rule of the intermediate form',
  'op-unsupported': 'an operator has no rule where one is needed',
  'weights-missing': 'a tensor that the graph needs is not in the weight files',
  'weights-corrupt': 'a weight file is truncated or contradicts its own header',
  'weights-pickled': 'weights are a Python pickle, which can run code when it is read',
  'model-unknown': 'a configuration names an architecture or option we do not build',
  'model-file-missing': 'a file of a model folder is absent',
  'download-failed': 'a model’s host could not be reached, dropped the line or refused',
  'address-refused': 'this site’s security policy does not allow the host of a model',
  'lora-incompatible': 'a LoRA file does not fit the model it is applied to',
  'lora-unsupported': 'a file is no LoRA for Stable Diffusion 1.x or 2.x, or one of a kind that we do not apply',
  'lora-damaged': 'a LoRA file is cut, contradicts itself or lacks a file that belongs to it',
  'job-invalid': 'a job description breaks its schema',
  'loss-not-finite': 'the loss or a gradient became NaN or infinite',
  'cancelled': 'the work was cancelled by its owner',
  'photo-unreadable': 'bytes could not be decoded as a picture',
  'photo-too-large': 'a picture exceeds the pixel or byte limit',
  'photos-too-few': 'fewer photos than a likeness can be learned from',
  'photos-too-many': 'more photos than one likeness takes',
  'face-missing': 'no face was found where one is needed',
  'storage-full': 'the browser has no room left',
  'storage-blocked': 'another tab holds the database at an older version',
  'storage-unavailable': 'the browser refuses storage, as in some private windows',
  'busy-elsewhere': 'another tab is using the engine',
  'device-unavailable': 'no adapter or runtime can run the graphs',
  'device-lost': 'the graphics device went away during work',
  'device-out-of-memory': 'a buffer did not fit',
  'self-test-failed': 'the runtime gives wrong numbers on this machine',
  'worker-crashed': 'a worker ended without an answer',
  'usage': 'a command line argument is wrong',
  'internal': 'a bug of ours',
} as const;

export type ErrorCode = keyof typeof errorCodes;
