/** Names a file in the guest's directory may have. */
export const FILE_NAME = /^[a-z0-9][a-z0-9.-]{0,63}$/;
