using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace LlmBridge.OpenAI;

/// <summary>Requests for embeddings, and the answers to them.</summary>
public static class EmbeddingsAnswer
{
    /// <summary>The body of a request for these texts' vectors.</summary>
    public static byte[] Body(string model, IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("model", model);
            json.WriteStartArray("input");
            foreach (string text in texts) json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteString("encoding_format", "float");
            json.WriteEndObject();
        }
        return buffer.ToArray();
    }

    /// <summary>The vectors in the order of their texts, all of one length.</summary>
    /// <exception cref="ServerException">They are none, or not as many as was asked.</exception>
    public static float[][] Read(ReadOnlyMemory<byte> body, int count)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            throw Malformed($"is no JSON: {ErrorBody.TextOf(Encoding.UTF8.GetString(body.Span))}");
        }
        using (document)
        {
            JsonElement root = document.RootElement;
            bool hasData = root.ValueKind == JsonValueKind.Object && root.TryGetProperty("data", out JsonElement data)
                && data.ValueKind == JsonValueKind.Array;
            if (!hasData) throw ErrorBody.InStream(root.GetRawText());
            return Order(root.GetProperty("data"), count);
        }
    }

    private static float[][] Order(JsonElement data, int count)
    {
        if (data.GetArrayLength() != count) throw Malformed($"has {data.GetArrayLength()} vectors for {count} texts");
        var vectors = new float[count][];
        int position = 0;
        foreach (JsonElement item in data.EnumerateArray())
        {
            bool isObject = item.ValueKind == JsonValueKind.Object;
            bool hasIndex = isObject && item.TryGetProperty("index", out JsonElement index)
                && index.ValueKind == JsonValueKind.Number;
            if (hasIndex && !item.GetProperty("index").TryGetInt32(out position)) position = -1;
            if (!isObject || position < 0 || position >= count || vectors[position] is not null)
            {
                throw Malformed($"has no vector, or another's place {position}, of {count}");
            }
            vectors[position] = Vector(item);
            if (vectors[position].Length != vectors.First(vector => vector is not null).Length)
            {
                throw Malformed("has vectors of different lengths");
            }
            position++;
        }
        return vectors;
    }

    private static float[] Vector(JsonElement item)
    {
        if (!item.TryGetProperty("embedding", out JsonElement embedding)) throw Malformed("has no embedding");
        if (embedding.ValueKind == JsonValueKind.String) return Decode(embedding);
        if (embedding.ValueKind != JsonValueKind.Array) throw Malformed("has an embedding that is no array");
        var vector = new float[embedding.GetArrayLength()];
        int i = 0;
        foreach (JsonElement number in embedding.EnumerateArray())
        {
            bool isNumber = number.ValueKind == JsonValueKind.Number && number.TryGetSingle(out vector[i]);
            if (!isNumber || !float.IsFinite(vector[i]))
            {
                throw Malformed($"has something else than a number in place {i} of a vector");
            }
            i++;
        }
        return vector;
    }

    /// <summary>Little-endian floats in base64, which some servers send whatever is asked.</summary>
    private static float[] Decode(JsonElement text)
    {
        if (!text.TryGetBytesFromBase64(out byte[]? bytes) || bytes.Length == 0 || bytes.Length % sizeof(float) != 0)
        {
            throw Malformed("has a text that is no base64 of floats");
        }
        var vector = new float[bytes.Length / sizeof(float)];
        for (int i = 0; i < vector.Length; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
            if (float.IsFinite(vector[i])) continue;
            throw Malformed($"has a number that is not finite in place {i} of a vector");
        }
        return vector;
    }

    private static ServerException Malformed(string what) =>
        new(ServerFault.Malformed, $"the answer to a request for embeddings {what}");
}
