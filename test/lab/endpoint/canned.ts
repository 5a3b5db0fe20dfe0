/** The same response to every request: from the gateway, its backend or a proxy on the path. */
export interface CannedAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const gatewayHeaders = {
  Server: 'Server',
  'Content-Type': 'application/json',
  'x-amzn-RequestId': '4f3e3b0f-39db-41e9-9c2e-5bd7c2de5998',
  'x-amz-apigw-id': 'Vts2FFmArPEFh8g=',
};

/** An answer made by API Gateway itself, with its headers, an error type and a message. */
export function gatewayAnswer(
  status: number,
  errorType: string,
  message: string,
  field = 'message',
): CannedAnswer {
  return {
    status,
    headers: { ...gatewayHeaders, 'x-amzn-ErrorType': errorType },
    body: JSON.stringify({ [field]: message }),
  };
}

/** An answer of the backend, passed on by API Gateway: it has no error type. */
export function backendAnswer(status: number, message: string): CannedAnswer {
  return { status, headers: gatewayHeaders, body: JSON.stringify({ message }) };
}

/** An answer of another server or device, without the headers of API Gateway. */
export function foreignAnswer(status: number, headers: Record<string, string>, body = ''): CannedAnswer {
  return { status, headers, body };
}
