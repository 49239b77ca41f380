/** What bodies the control API takes: JSON, and for a patch the media type that says so. */
import { errorCodes, type FastifyInstance } from 'fastify';
import { MERGE_PATCH } from './merge-patch.ts';

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
    else parse(request, text, done);
  });
}
