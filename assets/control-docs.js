const place = document.getElementById('control-docs');

/** What is shown of Swagger UI: without its own title and its own main part, which the page has already. */
const layoutPlugin = ({ React: { createElement } }) => ({
  components: {
    ControlDocs({ getComponent, specSelectors }) {
      const part = (name) => createElement(getComponent(name, true));
      const isThere = specSelectors.isOAS31();
      return createElement(
        'div',
        { className: 'swagger-ui' },
        part('SvgAssets'),
        part('errors'),
        isThere && part('AuthorizeBtnContainer'),
        isThere && part('operations'),
        isThere && part('Models'),
      );
    },
  },
});

// Asks nobody else: without this, Swagger UI would send the document to a validator on the web.
const validatorUrl = null;

globalThis.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapiUrl,
  plugins: [layoutPlugin],
  layout: 'ControlDocs',
  validatorUrl,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
});
