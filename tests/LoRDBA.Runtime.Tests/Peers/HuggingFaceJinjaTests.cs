using System.Text.Json;
using LoRDBA.Runtime.Chat;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tests.Chat;
using LoRDBA.Runtime.Tests.Tokenization;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Peers;

/// <summary>npm @huggingface/jinja, which runs chat templates in browsers, writes our conversations as we do.</summary>
public sealed class HuggingFaceJinjaTests
{
    [Fact]
    public void It_writes_the_same_texts()
    {
        var conversations = Conversation.Templates.SelectMany(Conversation.Of).ToArray();
        var texts = Render([.. conversations.Select(conversation => (Conversation.TemplateText(conversation.Template), conversation.Variables))]);

        Assert.Equal(conversations.Select(conversation => conversation.Render().Text), texts);
    }

    [Fact]
    public void It_writes_the_same_texts_with_the_template_of_SmolLM2()
    {
        using var file = GgufFile.Open(SharedFiles.Require(RealTokenizers.SmolLM2));
        var template = ChatTemplate.FromGguf(file, Vocabulary.FromGguf(file));
        var conversations = Conversation.Of("smollm2");
        var texts = Render([.. conversations.Select(conversation => (file.Metadata.GetString("tokenizer.chat_template"), conversation.Variables))]);

        Assert.Equal(conversations.Select(conversation => template.Render(
            [.. conversation.Variables.GetProperty("messages").EnumerateArray().Select(ChatMessage.FromJson)],
            new() { AddGenerationPrompt = conversation.Variables.GetProperty("add_generation_prompt").GetBoolean() }).Text), texts);
    }

    private static IEnumerable<string?> Render((string Template, JsonElement Variables)[] conversations)
    {
        using var folder = new TemporaryFolder();
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartArray();
            foreach (var (template, variables) in conversations)
            {
                writer.WriteStartObject();
                writer.WriteString("template", template);
                writer.WritePropertyName("variables");
                writer.WriteStartObject();
                writer.WriteString("bos_token", Conversation.Bos);
                writer.WriteString("eos_token", Conversation.Eos);
                foreach (var variable in variables.EnumerateObject()) variable.WriteTo(writer);
                if (!variables.TryGetProperty("tools", out _)) writer.WriteNull("tools");
                // The peer tells templates today's date; ours take the date that is written in them.
                if (!variables.TryGetProperty("date_string", out _)) writer.WriteString("date_string", "01 Jul 2024");
                writer.WriteEndObject();
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        return [.. NodePeer.Run("render-chat.mjs", folder.Write("chats.json", json.ToArray())).EnumerateArray().Select(text => text.GetString())];
    }
}
