/** What bodies the control API takes: JSON, and for a patch the media type that says so. */
import { errorCodes, type FastifyInstance } from 'fastify';
import { isTooDeep, MOST_LEVELS } from './json-depth.ts';
import { MERGE_PATCH } from './merge-patch.ts';
import { Problem } from './problems.ts';

/** JSON is the only body taken: a form that a web page elsewhere could send is not. No body is null. */
export function acceptJson(scope: FastifyInstance) {
  scope.removeAllContentTypeParsers();
  const parse = scope.getDefaultJsonParser('error', 'error');
  const types = ['application/json', MERGE_PATCH];
  scope.addContentTypeParser<string>(types, { parseAs: 'string' }, (request, text, done) => {
    const contentType = request.headers['content-type'] ?? '';
    const isPatch = contentType.toLowerCase().startsWith(MERGE_PATCH);
    if (isPatch && request.method !== 'PATCH') {
      done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE(contentType), undefined);
    } else if (text === '') done(null, null);
    else if (isTooDeep(text))
      done(new Problem(400, `The JSON is nested more than ${MOST_LEVELS} levels deep.`), undefined);
    else parse(request, text, done);
  });
}
