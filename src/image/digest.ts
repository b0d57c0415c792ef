/** `algorithm:hex` (image-spec descriptor.md, "Digests"). */
export type Digest = string & { readonly __digest: unique symbol };
