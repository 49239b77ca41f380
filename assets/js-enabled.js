// In place of the inline script of nhsuk-frontend’s template, which the content security policy forbids.
document.body.classList.add('js-enabled');
if ('noModule' in HTMLScriptElement.prototype) document.body.classList.add('nhsuk-frontend-supported');
