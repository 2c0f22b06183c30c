"""What a ChatGPT message holds: each content type as parts, and the metadata that is known.

Rules kept here: a content type we do not know is counted, and its words are kept as text, so that rights and detectors
still reach them; file pointers become attachments.
"""

from collections.abc import Iterator
from typing import Any

from licit.core.records import Part, PartKind, Role

from ._fields import Fields, payload

#: Metadata that is understood and carries nothing we use.
METADATA = (
    "aggregate_result", "async_task_id", "async_task_title", "async_task_type", "attachments",
    "augmented_paragraph_prompt_label", "can_save", "canvas", "caterpillar_selected_sources", "citations",
    "client_reported_search_source", "command", "content_references", "content_references_by_file", "dalle",
    "debug_sonic_thread_id", "default_model_slug", "dictation", "dictation_edited",
    "exclude_after_next_user_message", "finish_details", "finished_duration_sec", "finished_text", "gizmo_id",
    "image_gen_title", "image_results", "initial_text", "is_async_task_result_message", "is_complete", "is_error",
    "is_redacted", "is_starter_prompt", "is_thinking_preamble_message", "is_user_system_message",
    "is_visually_hidden_from_conversation", "jit_plugin_data", "kwargs", "message_type", "model_adjustments",
    "model_slug", "n7jupd_crefs", "n7jupd_crefs_by_file", "pad", "paragen_variant_choice", "paragen_variants_info",
    "parent_id", "permissions", "real_author", "reasoning_end_time", "reasoning_start_time", "reasoning_status",
    "reasoning_title", "rebase_developer_message", "rebase_system_message", "request_id", "requested_model_slug",
    "resolved_model_slug", "safe_urls", "search_display_string", "search_engine", "search_queries",
    "search_result_groups", "search_source", "searched_display_string", "selected_github_repos", "selected_sources",
    "serialization_metadata", "shared_conversation_id", "skip_reasoning_title", "sonic_classification_result",
    "sources_footnote", "status", "sticky", "stop_reason", "summarization_headline", "summary_prefill",
    "system_hints", "targeted_reply", "targeted_reply_label", "thinking_effort", "thinking_mode", "timestamp_",
    "turn_exchange_id", "ui_card_title", "voice_mode_message")

_POINTERS = ("asset_pointer", "audio_asset_pointer", "video_container_asset_pointer")
_CONTEXT = ("user_editable_context", "model_editable_context")
_FIELDS: dict[str, tuple[tuple[str, PartKind], ...]] = {
    "code": (("text", "code"),),
    "execution_output": (("text", "tool-result"),),
    "tether_quote": (("title", "quote"), ("text", "quote")),
    "tether_browsing_display": (("result", "tool-result"), ("summary", "tool-result")),
    "tether_browsing_code": (("text", "tool-call"),),
    "sonic_webpage": (("title", "quote"), ("text", "quote"), ("snippet", "quote")),
    "system_error": (("name", "tool-result"), ("text", "tool-result")),
    "reasoning_recap": (("content", "thinking"),),
    "user_editable_context": (("user_profile", "text"), ("user_instructions", "text")),
    "model_editable_context": (("model_set_context", "text"),),
}
_IGNORED = ("content_type", "language", "response_format_name", "source_analysis_msg_id", "url", "domain", "tether_id",
            "pub_date", "pub_timestamp", "crawl_date", "ref_id", "attribution", "assets",
            "repository", "repo_summary", "structured_context", "refs")


def is_context(content: Fields) -> bool:
    """Tell whether a message is the product's context about its user rather than talk."""
    return content.raw("content_type") in _CONTEXT


def content_parts(content: Fields, role: Role) -> Iterator[Part]:
    """Give the parts of a message's content."""
    kind = content.text("content_type")
    content.skip(*_IGNORED)
    if kind in _FIELDS:
        for key, part in _FIELDS[kind]:
            if text := content.text(key):
                yield Part(kind=part, text=text, path=f"/content/{key}")
    elif kind == "thoughts":
        yield from _thoughts(content)
    else:
        if kind not in ("text", "multimodal_text"):
            content.strange("content_type")
            for key in ("text", "content", "result", "title", "summary"):
                if isinstance(value := content.value.get(key), str) and value:
                    yield Part(text=content.text(key), path=f"/content/{key}")
        yield from _pieces(content, "tool-result" if role == "tool" else "text")


def _thoughts(content: Fields) -> Iterator[Part]:
    for index, thought in enumerate(content.objects("thoughts")):
        for key in ("summary", "content"):
            if text := thought.text(key):
                yield Part(kind="thinking", text=text, path=f"/content/thoughts/{index}/{key}")
        thought.skip("chunks", "finished", "id")
        thought.close()


def _pieces(content: Fields, kind: PartKind) -> Iterator[Part]:
    for index, piece in enumerate(content.list("parts")):
        path = f"/content/parts/{index}"
        if isinstance(piece, str):
            if piece:
                yield Part(kind=kind, text=piece, path=path)
        elif isinstance(piece, dict):
            yield from _object(content, piece, path, kind)
        elif piece is not None:
            content.strange("parts")


def _object(content: Fields, piece: dict[str, Any], path: str, kind: PartKind) -> Iterator[Part]:
    pointer = next((piece[key] for key in _POINTERS if piece.get(key)), None)
    if isinstance(pointer, dict):
        pointer = pointer.get("asset_pointer")
    text = piece.get("text")
    if isinstance(pointer, str):
        yield Part(kind="attachment", text=pointer, path=f"{path}/asset_pointer")
    if isinstance(text, str):
        yield Part(kind=kind, text=text, path=f"{path}/text")
    if not isinstance(pointer, str) and not isinstance(text, str):
        content.strange("parts")
        yield Part(kind=kind, text=payload(piece), path=path)


def attachments(metadata: Fields) -> Iterator[Part]:
    """Give the files that were attached to a message, by name."""
    for index, item in enumerate(metadata.objects("attachments")):
        yield Part(kind="attachment", text=item.text("name", "id"), path=f"/metadata/attachments/{index}/name")
