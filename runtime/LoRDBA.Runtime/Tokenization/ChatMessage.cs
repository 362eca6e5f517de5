namespace LoRDBA.Runtime.Tokenization;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: <c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
public readonly record struct ChatMessage(string Role, string Content);
