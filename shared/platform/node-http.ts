/**
 * Stands for `node:http` in every bundle. An ES import of the module reads each of its exports, and one of them loads the whole
 * of undici: 60 ms of every cold start, for what no function uses.
 */
const http = process.getBuiltinModule('node:http');

export default http;
export const { Agent, request, STATUS_CODES } = http;
