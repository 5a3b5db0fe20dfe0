/** The same response to every request, as the gateway, its backend or a proxy on the path would send it. */
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

/** An answer of API Gateway's own: with its headers, a type of error, and a message. */
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

/** An answer that came through API Gateway from what stands behind it: no type of error. */
export function backendAnswer(status: number, message: string): CannedAnswer {
  return { status, headers: gatewayHeaders, body: JSON.stringify({ message }) };
}

/** An answer of something else: none of the gateway's marks. */
export function foreignAnswer(status: number, headers: Record<string, string>, body = ''): CannedAnswer {
  return { status, headers, body };
}
