"""Just enough of Frontdesk's public API for the demo tenant and the command line."""

import functions_framework.aio
from starlette.responses import JSONResponse, Response

DOCUMENT = {"title": "Prices", "pages": 2, "chunks": 3, "version": 1, "failure": None}
CITATION = {
    "document_id": "doc_1",
    "version": 1,
    "page": 2,
    "start": 0,
    "end": 25,
    "text": "A haircut costs 20 euros.",
}
ANSWER = {"answer": "20 euros [1].", "answered": True, "confidence": 0.9, "citations": [CITATION]}
REFUSAL = {"answer": "I don't know.", "answered": False, "confidence": 0.1, "citations": []}
documents = {}


@functions_framework.aio.http
async def handle(request):
    route = f"{request.method} {request.url.path}"
    if route == "GET /healthz":
        return "ok"
    if route == "POST /v1/signup":
        return JSONResponse({"access_token": "jwt", "tenant_id": "ten_1"}, 201)
    if route == "POST /v1/api-keys":
        return await api_key(request)
    if request.headers.get("X-Api-Key") != "key-demo":
        problem = {"title": "Credentials are missing or not valid", "detail": "No such key."}
        return JSONResponse(problem, 401)
    return await for_tenant(route, request)


async def api_key(request):
    if request.headers.get("Authorization") != "Bearer jwt":
        return JSONResponse({"title": "No"}, 401)
    name = (await request.json())["name"]
    return JSONResponse({"id": "key_1", "key": f"key-{name.replace(' ', '-')}"}, 201)


async def for_tenant(route, request):
    match route.split("/"):
        case ["POST ", "v1", "documents"]:
            return await receive(request)
        case ["POST ", "v1", "answers"]:
            question = (await request.json())["question"]
            return ANSWER if "haircut" in question else REFUSAL
        case ["POST ", "v1", "search"]:
            return {"items": [{**CITATION, "title": "Prices", "score": 0.8}]}
        case ["GET ", "v1", "documents"]:
            return {"items": list(documents.values()), "next_cursor": None}
        case [method, "v1", "documents", document_id] if document_id in documents:
            return remove(document_id) if method == "DELETE " else process(documents[document_id])
    return JSONResponse({"title": "There is nothing here"}, 404)


def remove(document_id):
    del documents[document_id]
    return Response(status_code=204)


async def receive(request):
    """The file's own text says whether it can be processed."""
    content = (await request.body()).decode()
    document = {**DOCUMENT, "id": f"doc_{len(documents) + 1}", "status": "processing"}
    documents[document["id"]] = {**document, "progress": 0.0, "content": content}
    return JSONResponse(documents[document["id"]], 202)


def process(document):
    """Half done at the first look, settled at the second."""
    if document["progress"] == 0.0:
        document["progress"] = 0.5
    elif "broken" in document["content"]:
        document["status"], document["failure"] = "failed", {"reason": "It is broken."}
    else:
        document["status"], document["progress"] = "ready", 1.0
    return document
