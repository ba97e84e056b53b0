/** @file Names in a likeness file's metadata that more than one file of this folder reads or writes. */
export const metadataNames = {
  /** What the base model is called here: a catalogue id, or the name under which its owner added it. */
  baseModel: 'ss_sd_model_name',
  /** Ours: `fingerprintOf` the base model. */
  baseFingerprint: 'likeness_base_fingerprint',
  /** The words that call the person, such as `ohwx woman`. */
  triggerPhrase: 'modelspec.trigger_phrase',
  /** SHA-256 of the tensor bytes, by which A1111 finds a file again. */
  tensorHash: 'sshs_model_hash',
} as const;
