/** A project as small as can be, to try starting and stopping with. */
export default {};
